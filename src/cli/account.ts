import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { Account } from '../domain/account.ts'

/** Who types here. */
export function accountHere(): Account {
  return { ...userHere(), host: hostname(), login: loginUid() }
}

/** A user id that no account belongs to, as in containers of OpenShift, has no name. */
function userHere(): { user: string; uid: number } {
  try {
    const { username, uid } = userInfo()
    return { user: username, uid }
  } catch {
    const uid = process.getuid?.() ?? -1
    return { user: `uid ${uid}`, uid }
  }
}

/** What the kernel writes for processes without a login: daemons, and containers. */
const unset = 4_294_967_295

/** Linux keeps the user id of a login for all its processes, whatever user they become (proc_pid_loginuid(5)). */
function loginUid(): number | null {
  try {
    const uid = Number(readFileSync('/proc/self/loginuid', 'utf8'))
    return Number.isInteger(uid) && uid !== unset ? uid : null
  } catch {
    return null
  }
}
