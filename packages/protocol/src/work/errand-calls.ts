import { z } from 'zod'
import { WorkLease } from './claim.ts'
import { DirectoryPath } from './names.ts'

/** Asks for what an errand needs, by the lease of its attempt. */
export const ErrandLease = z.looseObject(WorkLease.shape)

/** The worker has cloned the codebase of an errand, there. */
export const OwnClone = z.looseObject({ ...WorkLease.shape, path: DirectoryPath })
