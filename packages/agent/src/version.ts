/** Of this package: the agent runs as one file, far from its package.json. A test holds the two together. */
export const VERSION = '0.1.0';
