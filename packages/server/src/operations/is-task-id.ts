const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Can it be the id of a task of ours? Anything else is not asked for: the database would refuse it. */
export const isTaskId = (id: string): boolean => uuid.test(id)
