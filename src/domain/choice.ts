/**
 * What a person can choose at a gate.
 * `retry`: the step again. `back-out`: give everything back, nothing was migrated. `roll-back`: migrate down, then give
 * everything back. `terminate`: end the sessions that were ticked, then the step again. `wait`: the step again, which
 * waits. `go-on`: accept what is asked about. `accept`: keep a service running that would not stop, and go on to the end of the
 * run. `leave`: stays as it is, the gate stays open. `undone-by-hand`: people undid the run without us;
 * it ends so. `end-as-is`: the run ends in the state that it is in; what is not given back stays open.
 */
export type Choice =
  | 'retry'
  | 'back-out'
  | 'roll-back'
  | 'terminate'
  | 'wait'
  | 'go-on'
  | 'accept'
  | 'leave'
  | 'undone-by-hand'
  | 'end-as-is'

/** How a request came. `page`: by a link in an e-mail. `look`: Lockkeeper saw that the cause of a question is gone. */
export type Via = 'slack' | 'terminal' | 'clock' | 'page' | 'look'
