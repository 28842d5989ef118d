/**
 * Default operations port of the lag exporter. Workers of the bridge have the ports from 9465 on, and workers
 * that users add have those from 9480 on.
 */
export const lagExporterPort = 9474
