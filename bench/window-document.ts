import { run } from '../src/adapters/process.ts'
import { clientTools } from '../src/adapters/tools.ts'
import { npgsqlConnection } from '../src/engines/efcore/connection.ts'
import { dotnetFor, project } from './window-application.ts'
import type { Place } from './window-place.ts'

/**
 * The scripts of the document, one after the other and without a pause between them. Folders, ports and addresses are
 * this machine's. Its application is told by its PID: `pkill -f "dotnet.*HRMS.API"` would meet others. Nobody is asked
 * at a terminal. That some of it fails (columns that are not there, a history table without its schema) stays as it is.
 */
const shutdown = `
echo "[$(date)] Stopping HRMS application servers..."
kill "$(cat "$PID_FILE")"
ACTIVE_CONNECTIONS=$("$PSQL" -U postgres -d hrms_master -t -c "
SELECT COUNT(*) FROM pg_stat_activity
WHERE datname = 'hrms_master' AND state = 'active' AND usename != 'postgres';")
echo "Active database connections: \${ACTIVE_CONNECTIONS}"
echo "[$(date)] Application shutdown complete"`

const ef = (words: string, rest = ''): string =>
  `dotnet ef ${words} --project src/HRMS.Infrastructure --startup-project src/HRMS.API --context MasterDbContext ${rest}`

const beforehand = `
export DOTNET_ENVIRONMENT=Production
${ef('database drop', '--dry-run')}
${ef('migrations list')}
${ef('migrations script', '--output "$FOLDER/migration_script.sql"')}
cat "$FOLDER/migration_script.sql"`

const execution = `
MIGRATION_LOG="$FOLDER/migration_execution.log"
${ef('database update', '--verbose')} 2>&1 | tee -a "$MIGRATION_LOG"
${ef('migrations list')} | tee -a "$MIGRATION_LOG"`

const verification = `
"$PSQL" -U postgres -d hrms_master <<'SQL'
SELECT "MigrationId", "ProductVersion" FROM "__EFMigrationsHistory"
WHERE "MigrationId" = '20251113040317_AddSecurityEnhancements';
\\d master."AdminUsers"
\\d master."RefreshTokens"
SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = 'master' AND table_name = 'RefreshTokens' AND column_name = 'AdminUserId';
SELECT COUNT(*) as total_admin_users FROM master."AdminUsers";
SELECT COUNT(*) as total_refresh_tokens FROM master."RefreshTokens";
SELECT COUNT(*) as null_admin_user_ids FROM master."RefreshTokens" WHERE "AdminUserId" IS NULL;
BEGIN;
INSERT INTO master."AdminUsers" (
    "Id", "Username", "Email", "FirstName", "LastName",
    "PasswordHash", "Role", "IsActive", "CreatedAt",
    "PasswordResetToken", "PasswordResetTokenExpiry", "ActivationTokenExpiry"
) VALUES (
    gen_random_uuid(), 'test_migration_user', 'test@migration.local', 'Test', 'User',
    'temp_hash', 'SuperAdmin', false, NOW(),
    'test_token_123', NOW() + INTERVAL '1 hour', NOW() + INTERVAL '24 hours'
);
SELECT * FROM master."AdminUsers" WHERE "Username" = 'test_migration_user';
ROLLBACK;
\\echo 'Post-migration verification complete!'
SQL`

const restart = `
export ConnectionStrings__MasterDb="$APPLICATION"
nohup dotnet run --project src/HRMS.API --environment Production > "$FOLDER/hrms-api.log" 2>&1 &
for i in {1..30}; do
    HTTP_STATUS=$(curl -s -o /dev/null -w "%{http_code}" "http://localhost:$HRMS_PORT/health")
    if [ "\${HTTP_STATUS}" = "200" ]; then
        echo "[$(date)] Application is healthy!"
        exit 0
    fi
    sleep 2
done
exit 1`

/** Milliseconds from the first stop to the first healthy answer of the new release, which goes when this ends. */
export async function documentWindow(place: Place): Promise<number> {
  const tools = await clientTools('15.0')
  if (!tools.ok) throw new Error(tools.problem.code)
  const server = new URL(place.serverUrl)
  const environment = {
    ...place.environment,
    ...dotnetFor('after', place.folder).environment,
    ConnectionStrings__MasterDb: npgsqlConnection(place.addressAs('hrms_owner')),
    APPLICATION: place.environment['ConnectionStrings__MasterDb'],
    PGHOST: server.hostname,
    PGPORT: server.port,
    PGPASSWORD: decodeURIComponent(server.password),
    PSQL: tools.value.psql,
    PID_FILE: place.pidFile,
    FOLDER: place.folder,
  }
  const script = [shutdown, beforehand, execution, verification, restart].join('\n')
  const began = performance.now()
  const { exitCode, lastLines } = await run('/bin/bash', ['-c', script], { directory: project, environment })
  const lasted = performance.now() - began
  const last = await place.lastMigration()
  if (exitCode !== 0 || !last.endsWith('AddSecurityEnhancements')) throw new Error(lastLines.join('\n'))
  return lasted
}
