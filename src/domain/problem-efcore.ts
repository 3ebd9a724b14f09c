/** What is wrong with a project of EF Core, or with .NET. */
export interface EfCoreProblems {
  'dotnet-missing': Record<never, never>
  'dotnet-sdk': { folder: string }
  /** `errors`: of restoring it, where that failed. */
  'dotnet-ef-missing': { folder: string; errors?: string[] }
  'dotnet-ef-unfit': { tool: string; project: string }
  /** `errors`: the first ones, as MSBuild writes them. */
  'dotnet-restore': { project: string; errors: string[] }
  'dotnet-build': { project: string; errors: string[] }
  /** Where the project itself says that it is built: not where it was told. */
  'dotnet-output': { output: string }
  'dotnet-late': Record<never, never>
  /**
   * `says`: the tool's own sentence; null where a server's words are in it. `main`: why the application's `Main` built no
   * host, where the tool asked it for its context.
   */
  'efcore-failed': {
    command: string
    exitCode: number | null
    sqlstate: string | null
    says: string | null
    main?: string
  }
  'efcore-provider': { provider: string }
  'efcore-unreachable': { connection: string }
  'efcore-elsewhere': { planned: string; found: string; connection: string }
  'script-lacks': { migration: string; history: string }
  'script-unread': { line: number; near: string }
  'program-missing': { by: 'bundle' | 'tool'; file: string }
  'program-changed': { by: 'bundle' | 'tool'; file: string }
  /** `last`: where the history ends; null: it holds no migration. */
  'program-failed': {
    by: 'bundle' | 'tool'
    exitCode: number | null
    signal: string | null
    says: string | null
    last: string | null
  }
  'bundle-lacks': { file: string; migration: string }
  /** By the design-time factory: `name` instead of the run's; null: none was seen by the run's. */
  'sessions-named': { name: string | null }
  /** A bundle that does not get as far as its database. `says` as of `efcore-failed`. */
  'bundle-unfit': { file: string; exitCode: number | null; sqlstate: string | null; says: string | null }
  'bundle-elsewhere': { file: string; planned: string; connection: string }
  /** A bundle that was made elsewhere. */
  'bundle-unread': { file: string }
  /** `by`: what runs, where it is not the script. */
  'script-varies': { lines: number; by?: 'bundle' | 'tool' }
  'source-unlike': { wanted: string; found: string | null }
  /**
   * git could not be asked, or does not tell. `says`: its own first words; `trust`: the command with which this user trusts
   * a repository that belongs to another one, where that is why.
   */
  'source-unread': { folder: string; isMissing: boolean; says: string | null; trust: string | null }
  'source-changed': { commit: string; files: string[] }
  'model-changed': { context: string }
  'model-unmigrated': { tables: string[]; columns: string[]; indexes: string[] }
  'model-unread': { line: number; near: string }
  'history-elsewhere': { writes: string; reads: string }
  'history-shared': { table: string; migrations: string[] }
}
