/** The tenant that exists from the first start on. */
export const defaultTenantId = '00000000-0000-7000-8000-000000000001'
