/** The version in package.json, put in by every build and by the unit tests. */
declare const __APP_VERSION__: string
