// What a first process finds in its environment. By itself, since the command line takes this and nothing else of starting.

/** The environment of a first process that is given none. */
export const DEFAULT_ENV: Readonly<Record<string, string>> = {
  PATH: '/bin:/usr/bin:/sbin:/usr/sbin',
  HOME: '/',
  USER: 'root',
  LOGNAME: 'root',
}
