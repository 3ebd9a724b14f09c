import path from 'node:path'
import type { Service } from '../domain/runbook.ts'
import { serviceLog } from '../domain/service-log.ts'
import { quoted, shellLine } from '../shell-line.ts'

/** What the functions are made from. */
export interface ByHandShell {
  services: readonly Service[]
  /** The runbook's, where relative paths start. */
  folder: string
  /** A command that prints 1 where the migration is in the history, else 0. */
  historyCommand: string
  migration: string
  node: string
}

/**
 * Functions for the shell of whoever undoes a run by hand, for bash and dash. Each looks before it does something, says
 * what it saw in a sentence, and fails where its claim does not hold: a service is never started a second time, and counts
 * as stopped when its process is gone and nothing answers at its health URL. In pieces that a message holds whole.
 */
export function shellFunctions({ services, folder, historyCommand, migration, node }: ByHandShell): string[] {
  const alone = process.platform === 'darwin' ? 'nohup' : 'setsid'
  const facts = services.map((service) => factsOf(service, folder))
  const launches = services.map(
    ({ name, start }) =>
      `${quoted(name)}) ${alone} /bin/sh -c 'set -C; echo $$ >"$0" && exec "$@"' "$pid_file" ${shellLine(start)} ;;`,
  )
  return [
    `PATH=$PATH:/usr/local/bin:/usr/bin:/bin
service_facts() { case $1 in
${facts.join('\n')}
*) echo "no service $1 on this card"; return 2 ;; esac; }
service_launch() { case $1 in
${launches.join('\n')}
esac; }`,
    `service_pid() { pid=$(head -n 1 "$pid_file" 2>/dev/null | tr -dc 0-9); [ -n "$pid" ] || return 0
{ kill -0 "$pid" 2>/dev/null || [ -d "/proc/$pid" ]; } && ! grep -qs '^State:.*Z' "/proc/$pid/status" && echo "$pid" || :; }
service_health() { ${quoted(node)} -e '${healthScript}' "$url" $told; }
service_answers() { case $(service_health) in [0-9]*) ;; *) return 1 ;; esac; }
history_has() { ${historyCommand}; }
history_look() { case $(history_has) in 1) echo ${quoted(`${migration} IS in the history`)} ;; 0) echo ${quoted(`${migration} is NOT in the history`)} ;; *) echo 'The history could NOT be read'; return 1 ;; esac; }
service_look() { service_facts "$1" || return; pid=$(service_pid)
if [ -n "$pid" ]; then echo "$1 RUNS, PID $pid; health and release: $(service_health)"
elif service_answers; then echo "$1: $pid_file names no live process, but something ANSWERS at $url. Find it and stop it first"; return 1
else echo "$1 is STOPPED"; fi; }`,
    `service_stop() { service_facts "$1" || return; pid=$(service_pid); until=$(($(date +%s) + stops_within))
if [ -n "$pid" ]; then kill -s "$signal" -- "-$pid" 2>/dev/null || kill -s "$signal" "$pid" || { echo "$1 is NOT stopped: PID $pid takes no signal from this user"; return 1; }; fi
while [ -n "$(service_pid)" ] || service_answers; do
[ "$(date +%s)" -lt "$until" ] || { echo "$1 is NOT stopped after $stops_within s: PID $(service_pid), $url: $(service_health)"; return 1; }
sleep 1; done
rm -f "$pid_file" "$pid_file.began"; echo "$1 is stopped"; }
service_is_stopped() { service_facts "$1" || return; pid=$(service_pid); [ -z "$pid" ] && ! service_answers || { echo "$1 is NOT stopped: stop it first. Nothing was changed" >&2; return 3; }; }`,
    `service_start() { service_facts "$1" || return; pid=$(service_pid)
if [ -n "$pid" ]; then echo "$1 runs already, PID $pid: NOT started a second time"; service_check "$1"; return; fi
if service_answers; then echo "$1 is NOT started: something answers at $url. Find it and stop it first"; return 1; fi
rm -f "$pid_file" "$pid_file.began"; ( (cd "$directory" && service_launch "$1") >>"$log" 2>&1 </dev/null & )
echo "$1 is started; waiting up to $starts_within s until it is healthy"; until=$(($(date +%s) + starts_within)); while [ "$(service_health | cut -c1-3)" != 200 ] && [ "$(date +%s)" -lt "$until" ]; do sleep 1; done
service_check "$1"; }
service_check() { service_facts "$1" || return; pid=$(service_pid); health=$(service_health)
[ -n "$pid" ] || { echo "$1 does NOT run: its log is $log"; return 1; }
case $health in 200*) ;; *) echo "$1 is NOT healthy, PID $pid: $health. Its log is $log"; return 1 ;; esac
case $(history_has) in 1) fits=$after ;; 0) fits=$before ;; *) echo 'The history could NOT be read'; return 1 ;; esac
case $health in "200 $fits" | 200) echo "$1 is healthy, PID $pid: $health" ;; *) echo "$1 runs the WRONG release: \${health#200 }; the history needs $fits"; return 1 ;; esac; }`,
  ]
}

/** Asks as the smoke test does: a redirect is not followed. Prints the status and the release where the answer names it. */
const healthScript = [
  'const [url, kind, name] = process.argv.slice(1)',
  'const read = async (r) => kind === "header" ? r.headers.get(name) : kind === "json" ? name.split(".").reduce((v, k) => v?.[k], await r.json().catch(() => null)) : ""',
  'fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5000) }).then(async (r) => `${r.status} ${(await read(r)) ?? ""}`, (e) => e.cause?.code ?? e.message).then((saw) => console.log(saw.trim()))',
].join('; ')

/** Its paths, times and releases as variables. */
function factsOf(service: Service, folder: string): string {
  const { name, pidFile, directory, stop, health, release } = service
  const told =
    health.release &&
    ('json' in health.release ? ['json', health.release.json] : ['header', health.release.header])
  const values = {
    pid_file: quoted(path.resolve(folder, pidFile)),
    directory: quoted(path.resolve(folder, directory)),
    log: quoted(serviceLog(service, folder)),
    url: urlForShell(health.url),
    told: told ? quoted(told.join(' ')) : "''",
    signal: stop.signal.replace(/^SIG/, ''),
    stops_within: String(Math.ceil(stop.within / 1000)),
    starts_within: String(Math.ceil(health.within / 1000)),
    before: quoted(release?.before.version ?? ''),
    after: quoted(release?.after.version ?? ''),
  }
  const set = Object.entries(values).map(([variable, value]) => `${variable}=${value || "''"}`)
  return `${quoted(name)}) ${set.join(' ')} ;;`
}

/** `{NAME}` in a runbook's URL is an environment variable. A shell that lacks it says so and runs nothing. */
const urlForShell = (url: string): string =>
  `"${url.replace(/[\\"$`]/g, '\\$&').replace(/\{([A-Z][A-Z0-9_]*)\}/g, '${$1:?}')}"`
