/** The shells that there is a completion for, each with the line that installs it. */
export const installHints = {
  bash: `echo 'source <(codetether completion bash)' >> ~/.bashrc`,
  zsh: `echo 'source <(codetether completion zsh)' >> ~/.zshrc   (behind compinit)`,
  fish: `codetether completion fish > ~/.config/fish/completions/codetether.fish`,
  powershell: `codetether completion powershell | Out-String | Invoke-Expression   (in $PROFILE)`,
} as const

export type Shell = keyof typeof installHints

export const isShell = (name: string): name is Shell => name in installHints

export const shells: readonly Shell[] = Object.keys(installHints).filter(isShell)
