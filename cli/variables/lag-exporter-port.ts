/** Default operations port of the lag exporter. The workers have the ports below it. */
export const lagExporterPort = 9474
