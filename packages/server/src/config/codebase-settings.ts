import { limits } from '@codetether/protocol/limits'
import { list, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

const mebibyte = 1024 * 1024

/** Where codebases may come from, and how large their archives are. */
export const codebaseSettings = {
  gitHosts: type
    .commaList(type.host)
    .default([])
    .register(settingFacts, {
      group: 'Codebases',
      env: ['CODETETHER_GIT_HOSTS'],
      description:
        'Hosts whose git repositories may be cloned, beside github.com, gitlab.com, bitbucket.org and dev.azure.com.',
      security: true,
      show: config => list(config.codebases.gitHosts),
    }),
  archiveMib: type
    .wholeNumber(1, 4_096)
    .default(limits.archiveBytes / mebibyte)
    .register(settingFacts, {
      group: 'Codebases',
      env: ['CODETETHER_ARCHIVE_MIB'],
      description: 'The size of the archive of a codebase at most, packed, in MiB.',
      show: config => String(config.codebases.archiveBytes / mebibyte),
    }),
}
