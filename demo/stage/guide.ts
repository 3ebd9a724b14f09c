import { people } from '../workspace/cast.ts'

const id = (name: string): string => people.find((person) => person.name === name)?.id ?? ''

/** What the page suggests, in order. `doneWhen`: words of the message or the modal that shows it is done. */
export const guide = [
  {
    who: id('asha'),
    says: 'schedules the migration: see #general and Mail',
    type: '/migrate schedule add-security-enhancements in 2 hours',
    doneWhen: 'Scheduled · AddSecurityEnhancements',
  },
  {
    who: id('asha'),
    says: 'asks who is called when nobody answers',
    type: '/migrate who add-security-enhancements',
    doneWhen: 'Pinged while nobody answers',
  },
  {
    who: id('asha'),
    says: 'plans the migration',
    type: '/migrate plan add-security-enhancements',
    doneWhen: 'Plan [0-9A-Z]{4} · AddSecurityEnhancements',
  },
  {
    who: id('dan'),
    says: 'reads the plan, and says it is reviewed',
    doneWhen: `Reviewed by <@${id('dan')}>`,
  },
  { who: id('mei'), says: 'approves it', doneWhen: `Approved by <@${id('mei')}>` },
  {
    who: id('asha'),
    says: 'moves it nearer, and all who were told are told',
    type: '/migrate schedule add-security-enhancements now',
    doneWhen: 'Moved: HRMS is unavailable',
  },
  {
    who: id('asha'),
    says: 'runs it, and types the name of the database: hrms_master',
    doneWhen: 'HRMS is down since',
  },
  {
    who: id('asha'),
    says: 'is asked about the open report after 10 s, and ends it',
    doneWhen: 'Answered: End sessions',
  },
  { who: id('asha'), says: 'sees HRMS come back, with its new release', doneWhen: 'HRMS is back since' },
  { who: id('asha'), says: 'rolls it back: Dan and Mei approve the loss', doneWhen: 'is no longer on' },
  {
    who: id('asha'),
    says: 'plans one that fails halfway, and goes back',
    type: '/migrate plan unique-payslip-numbers',
    doneWhen: 'Nothing was migrated',
  },
]
