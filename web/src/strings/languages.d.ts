/** Made by the build: every file of this folder that is a language, but English. */
declare module 'languages' {
  export const LANGUAGES: Record<string, () => Promise<{ default: import('./en.ts').Strings }>>;
}
