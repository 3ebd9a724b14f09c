import type { Choice } from '../../domain/choice.ts'

const names: Record<Choice, string> = {
  retry: 'Retry',
  'back-out': 'Go back',
  'roll-back': 'Roll back',
  terminate: 'End sessions',
  wait: 'Wait',
  'go-on': 'Go on',
  accept: 'Accept as it is',
  leave: 'Leave it',
  'undone-by-hand': 'Undone by hand',
  'end-as-is': 'End as it is',
}

/** A choice as it is called once it is made. */
export const choiceName = (choice: Choice): string => names[choice]
