import Handlebars from 'handlebars'

/** The helpers of handlebars that a template may use, and how many parameters they have. */
const helpers: ReadonlyMap<string, number> = new Map([
  ...(['if', 'unless', 'each', 'with'] as const).map((name) => [name, 1] as const),
  ['lookup', 2],
])
/** Helpers that are no fields, and have no use in a message. */
const internal: ReadonlySet<string> = new Set(['log', 'helperMissing', 'blockHelperMissing'])

const offered = 'there are only if, unless, each and with with one parameter, and lookup with two'

/** What handlebars would notice only when it renders a message: then nothing could be sent any more. */
class TemplateError extends Error {}

const demandHelper = ({ path, params, hash }: Call, isCall: boolean): void => {
  const name = String((path as { original?: unknown }).original ?? '')
  const wanted = helpers.get(name)
  const isWrong =
    wanted === undefined
      ? isCall || params.length > 0 || (hash?.pairs?.length ?? 0) > 0 || internal.has(name)
      : params.length !== wanted
  if (isWrong) throw new TemplateError(`uses a helper in a way that does not work: ${offered}`)
}

type Call = Pick<hbs.AST.MustacheStatement, 'path' | 'params' | 'hash'>

class Checker extends Handlebars.Visitor {
  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    demandHelper(statement, false)
    super.MustacheStatement(statement)
  }
  override BlockStatement(statement: hbs.AST.BlockStatement): void {
    demandHelper(statement, false)
    super.BlockStatement(statement)
  }
  override SubExpression(expression: hbs.AST.SubExpression): void {
    demandHelper(expression, true)
    super.SubExpression(expression)
  }
  override PartialStatement(): void {
    throw new TemplateError('uses a partial ({{> }}), which does not exist here')
  }
  override PartialBlockStatement(): void {
    throw new TemplateError('uses a partial ({{#> }}), which does not exist here')
  }
  override Decorator(): void {
    throw new TemplateError('uses a decorator ({{* }}), which does not exist here')
  }
  override DecoratorBlock(): void {
    throw new TemplateError('uses a decorator ({{#* }}), which does not exist here')
  }
}

/** Why a template cannot be used; undefined if it can. It quotes nothing: a template may hold a secret. */
export const templateProblem = (template: string): string | undefined => {
  try {
    new Checker().accept(Handlebars.parse(template))
    Handlebars.precompile(template)
    return undefined
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    return 'is not a template that handlebars can read'
  }
}
