/** Usual operations port of the lag exporter; the workers' lie below. */
export const lagExporterPort = 9474
