// What an open attribute of /sys remembers: its text as it was read from the beginning.
export interface SysData {
  kind: 'sysfs'
  text: string | null
}
