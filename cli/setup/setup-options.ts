/** Options of `bridge setup`. */
export interface SetupOptions {
  /** Print what setup would do, and change nothing. */
  check?: true
  /** Change settings of existing topics also where an operator has set them, or where they become smaller. */
  force?: true
  /** Accept existing topics with another number of partitions. */
  keepPartitions?: true
}
