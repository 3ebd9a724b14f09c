type Environment = Readonly<Record<string, string | undefined>>

/** Where programs are, and what a person has set for them. */
const always = ['PATH', 'HOME']

const person = ['USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE']
const locale = ['ALL', 'COLLATE', 'CTYPE', 'MESSAGES', 'MONETARY', 'NUMERIC', 'TIME'].map((of) => `LC_${of}`)

const network = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
]

const net = ['DOTNET_ROOT', 'DOTNET_CLI_HOME', 'NUGET_PACKAGES', 'NUGET_HTTP_CACHE_PATH']

/** How what manages services is reached: docker, kubectl, `systemctl --user`, ssh. */
const managers = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'KUBECONFIG',
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'SSH_AUTH_SOCK',
]

/**
 * What the bot's environment is to its children. `program`: git, PostgreSQL's programs, and a command that says who is on
 * call. `dotnet`: building, scripting and migrating with .NET. `service`: a part of the application, and what puts its
 * release in place.
 */
const seenBy = {
  program: always,
  dotnet: [...always, 'TMPDIR', ...net, ...network],
  service: [...always, ...person, ...locale, ...net, ...network, ...managers],
}

/** Of our environment, what a child of this kind sees, and what the runbook names for it. Nothing else is handed on. */
export function inherited(
  environment: Environment,
  child: keyof typeof seenBy,
  named: readonly string[] = [],
): Environment {
  return Object.fromEntries([...seenBy[child], ...named].map((name) => [name, environment[name]]))
}
