import { z } from 'zod'
import { address, anyVariable, command, duration, name, words } from './runbook-values.ts'

const expected = z
  .union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.strictObject({
      is: z.enum(['string', 'number', 'boolean', 'present', 'absent']).describe('What it is.'),
    }),
  ])
  .describe('A value, or what it is: { is: string }.')

export const httpRequest = z
  .strictObject({
    name: words.describe('What the request shows to work, in the users’ words. Unique in its runbook.'),
    only: z
      .enum(['before', 'after'])
      .optional()
      .describe('The release that it is for, where the other one cannot answer it. Without: both.'),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET').describe('HTTP method.'),
    url: address.describe(
      'Absolute. {NAME} in capitals is an environment variable, {name} a value that an earlier request kept.',
    ),
    headers: z.record(z.string(), z.string()).default({}).describe('Values may hold {NAME} and {name}.'),
    json: z.json().optional().describe('The body. Its strings may hold {NAME} and {name}.'),
    expect: z
      .strictObject({
        status: z.int().min(100).max(599).default(200).describe('HTTP status of the answer.'),
        json: z
          .record(z.string(), expected)
          .default({})
          .describe('By path in the answer (`user.id`): the value itself, or what it is (`{ is: string }`).'),
        within: duration.prefault('5s').describe('The answer is there in this time.'),
      })
      .prefault({})
      .describe(
        'What makes it pass. All of it must hold; an answer that merely mentions a word proves nothing.',
      ),
    keep: z
      .record(z.string(), z.string())
      .default({})
      .describe('Values for later requests: a name in lower case, and its path in the answer.'),
  })
  .describe('One request to the running application, as a user of it would make it.')

const release = z.strictObject({
  version: words.describe('Its name, for people.'),
  deploy: command
    .optional()
    .describe(
      'Program and arguments that put this version in place; no shell reads them. The last 20 lines that it writes, 8 kB at most, are shown in the thread; all of them are in the folder of the run. Without: people deploy it.',
    ),
  undeploy: command
    .optional()
    .describe('What takes this version away again, where that is not the other one’s deploy.'),
})

export const service = z
  .strictObject({
    name: name.describe('Unique in its runbook.'),
    kind: z.literal('process').describe('How it is stopped and started: a process with a pid file.'),
    pidFile: words.describe(
      'Holds its process id. Never a pattern of command lines, which other processes match too.',
    ),
    start: command.describe('Program and arguments as a list; no shell reads them.'),
    directory: words.prefault('.').describe('Where it is started; relative to the runbook’s folder.'),
    log: words.optional().describe('Where its output goes. Without: beside the pid file.'),
    environment: z
      .array(anyVariable)
      .default([])
      .describe(
        'Variables of the bot that it and its release commands need. A plan refuses while one is not set. Their values are secret unless publicEnvironment names them. Besides these they see PATH, HOME, user, shell, locale and time zone, and what .NET, proxies, docker, kubectl, systemctl and ssh go by; nothing else.',
      ),
    stop: z
      .strictObject({
        signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT']).prefault('SIGTERM').describe('What asks it to end.'),
        within: duration.prefault('30s').describe('Longer than that, and people are asked.'),
        watch: duration
          .prefault('3s')
          .describe(
            'A service that somebody else has started may have a supervisor: for so long its health URL must not answer after it has ended. Longer than the supervisor waits before it starts it again, and the service until it listens. One that Lockkeeper has started is looked at once.',
          ),
      })
      .prefault({})
      .describe('How it ends.'),
    health: z
      .strictObject({
        url: address.describe(
          'Answers 200 when the service works. May hold {NAME} of an environment variable.',
        ),
        every: duration.prefault('250ms').describe('Time between two looks.'),
        within: duration.prefault('60s').describe('Not healthy by then: the start has failed.'),
        release: z
          .union([
            z.strictObject({ json: words.describe('Its path in the answer, e.g. release.') }),
            z.strictObject({ header: words.describe('A header of the answer, e.g. X-Release.') }),
          ])
          .optional()
          .describe(
            'Where the answer names the release that gave it, as release.before.version and release.after.version do. Without: the process that answers is told by its PID, where this host can see it.',
          ),
      })
      .describe('When it counts as started.'),
    release: z
      .strictObject({
        before: release.describe('The version that fits the database before the migration.'),
        after: release.describe('The version that fits the database after it.'),
      })
      .optional()
      .describe('Where the migration comes with new code. Without: the same code runs before and after.'),
  })
  .describe('A part of the application that uses the database.')
