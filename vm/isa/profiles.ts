// Profiles: names for the extensions that programs may take for granted together (RISC-V Profiles, "RVA20", "RVA22", "RVA23"; the mandatory
// ones). --isa and -march take them in place of rv64 and a list. An extension that has no row here yet is left out, and is in with its row.
export interface Profile {
  name: string
  extensions: readonly string[]
}

const RVA20 = 'I M A F D C Zicsr Zicntr Ziccif Ziccrse Ziccamoa Zicclsm'.split(' ')
const RVA22 = [...RVA20, ...'Za64rs Zihpm Zihintpause Zba Zbb Zbs Zic64b Zicbom Zicbop Zicboz Zfhmin Zkt'.split(' ')]
const RVA23 = [...RVA22, ...'V Zvfhmin Zvbb Zvkt Zihintntl Zicond Zimop Zcmop Zcb Zfa Zawrs Supm'.split(' ')]

export const profiles: readonly Profile[] = [
  { name: 'rva20u64', extensions: [...RVA20, 'Za128rs'] },
  { name: 'rva22u64', extensions: RVA22 },
  { name: 'rva23u64', extensions: RVA23 },
]
