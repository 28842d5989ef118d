import { stringify } from 'yaml'
import { lagExporterProcess, setupProcess, workerProcesses } from './processes.ts'
import { prometheusRule } from './prometheus-rule.ts'
import { apiOf, jobOf, workloadOf } from './workloads.ts'

/** Every generated file: its path under deploy/kubernetes/, and its content. */
export const generateKubernetes = (): Map<string, string> => {
  const ofWorkers = workerProcesses().flatMap((worker): [string, string][] => [
    [`workers/${worker.name}/kustomization.yaml`, componentOf(`${worker.name}.yaml`)],
    [`workers/${worker.name}/${worker.name}.yaml`, manifest(workloadOf(worker), ...apiOf(worker))],
  ])
  return new Map([
    ['base/setup.yaml', manifest(jobOf(setupProcess()))],
    ['base/lag-exporter.yaml', manifest(workloadOf(lagExporterProcess()))],
    ['components/prometheus-operator/prometheus-rule.yaml', manifest(prometheusRule())],
    ...ofWorkers,
  ])
}

const note = '# `npm run generate` writes this file from deploy/kubernetes/generate/.\n'

const componentOf = (resource: string): string =>
  note +
  stringify({ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', resources: [resource] })

const manifest = (...documents: readonly object[]): string =>
  note +
  documents
    .map((document) => stringify(document, { lineWidth: 108, aliasDuplicateObjects: false }))
    .join('---\n')
