/**
 * Milliseconds after which a condition or a program counts as one that hangs. No test is to take this long on any machine:
 * whether one passes must not depend on how fast the machine is, or on what else it does.
 */
export const hangs = 300_000
