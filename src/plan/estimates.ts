/** What steps of earlier runs on the same target took. */
export type EarlierSteps = readonly { kind: string; seconds: number }[]
