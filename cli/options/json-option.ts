import { Option } from 'commander'

/** The value of {@link jsonOption}. */
export interface JsonOption {
  json?: true
}

/** The `--json` option of every command that lists something. @param remark what else the option does */
export const jsonOption = (remark?: string): Option =>
  new Option('--json', `print one JSON object per line${remark === undefined ? '' : `, ${remark}`}`)
