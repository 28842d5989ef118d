// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The pipeline, in this or another project, that started this pipeline. */
export interface SourcePipeline {
  /** The project of the other pipeline. */
  project: SourceProject | null
  /** Id of the other pipeline. */
  pipeline_id: number | null
  /** Id of the job that started this pipeline. */
  job_id: number | null
}

/** The project of the pipeline that started another pipeline. */
export interface SourceProject {
  /** Id of the project. */
  id: number | null
  /** URL of the project in the web interface. */
  web_url: string | null
  /** Full path of the project. */
  path_with_namespace: string | null
}
