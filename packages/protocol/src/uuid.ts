const form = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Has it the form of our ids? Nothing else can be one, and the database would refuse to look for it. */
export const isUuid = (text: string): boolean => form.test(text)
