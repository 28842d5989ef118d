// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The pipeline that started this one from another place. */
export interface SourcePipeline {
  /** Its project. */
  project: SourceProject | null
  /** Id of that pipeline. */
  pipeline_id: number | null
  /** Job in it that started this one. */
  job_id: number | null
}

/** Project of a pipeline that started another. */
export interface SourceProject {
  /** Project id. */
  id: number | null
  /** Address of the project in the web interface. */
  web_url: string | null
  /** Full path of the project. */
  path_with_namespace: string | null
}
