import path from 'node:path'
import type { Config } from '../config.ts'

/** Where each run has a folder, named as the run. */
export const runsFolder = ({ folder }: Pick<Config, 'folder'>): string => path.join(folder, 'runs')

/** Where what is built for plans is kept. */
export const buildsFolder = ({ folder }: Pick<Config, 'folder'>): string => path.join(folder, 'builds')
