/** All that one program of a step wrote: a file in the folder of its run. Its words may hold rows, and stay there. */
export interface OutputFile {
  program: string
  file: string
  /** The machine that has the file. */
  host: string
  /** Why the file is not whole, or not there: an errno (`ENOSPC`), `limit` or `slow`. Null: it is whole. */
  lacks: string | null
}
