/** What stands below the help of the program. */
export const examples = `
Examples:
  codetether dev                                              a server to play with
  codetether serve --port 8000                                a server to work with
  codetether call http://localhost:8000 "Calculate 25 * 4"    ask it something
  git diff | codetether call http://localhost:8000 --stream   send what is piped in
  codetether inspect https://agent.example                    check an agent against the specification
  codetether worker --command './run.sh' --codebases .        run tasks of a server here
  codetether task list                                        see what it does
  codetether task watch ID                                    follow a task
  codetether doctor                                           find out what is wrong

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 conflict, 75 try again later.
`
