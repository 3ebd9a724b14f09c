import { people } from '../workspace/cast.ts'

const id = (name: string): string => people.find((person) => person.name === name)?.id ?? ''

/** What the page suggests, in order. `doneWhen`: words of the message that shows it is done. */
export const guide = [
  {
    who: id('asha'),
    says: 'plans the migration',
    type: '/migrate plan add-security-enhancements',
    doneWhen: 'Plan [0-9A-Z]{4} · AddSecurityEnhancements',
  },
  {
    who: id('dan'),
    says: 'reads the plan, and says it is reviewed',
    doneWhen: 'AddSecurityEnhancements[^\\n]*1 of 2 approvals',
  },
  { who: id('mei'), says: 'approves it', doneWhen: 'AddSecurityEnhancements[^\\n]*2 of 2 approvals' },
  {
    who: id('asha'),
    says: 'runs it, and types the name of the database: hrms_master',
    doneWhen: 'HRMS is down since',
  },
  { who: id('asha'), says: 'ends the report that is in the way', doneWhen: 'Ended 1' },
  { who: id('asha'), says: 'sees HRMS back, and may roll it back', doneWhen: 'HRMS is back' },
]
