const factor = Number(process.env['TEST_SCALE'] ?? '1');

/** How often a race is run: as often as the suite says, `TEST_SCALE` times that. */
export const scaled = (rounds: number): number => Math.max(1, Math.round(rounds * factor));
