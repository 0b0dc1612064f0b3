/** The parts of the screen Data: addresses for other programs, files into the city, tokens. */
export const dataParts = ['use', 'import', 'tokens'] as const;
export type DataPart = (typeof dataParts)[number];
