const firstSeconds = 1
const mostSeconds = 60

/** How long a task waits for its next attempt after so many that came to nothing: doubled each time, spread by half. */
export const backOffSeconds = (failures: number, random: () => number = Math.random): number =>
  Math.min(firstSeconds * 2 ** (failures - 1), mostSeconds) * (0.5 + random() / 2)
