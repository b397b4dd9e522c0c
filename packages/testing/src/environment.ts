/** The environment variable by which the cluster's address reaches the processes of the test files. */
export const clusterVariable = 'CODETETHER_TEST_CLUSTER'

/** What `npm test` and its runner tell the process of a test file. */
export const environment = {
  cluster: process.env[clusterVariable],
  isCi: process.env.CI === 'true',
  isTestFile: process.env.NODE_TEST_CONTEXT !== undefined,
}
