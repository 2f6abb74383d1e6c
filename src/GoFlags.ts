/** Go's manners on a command line: what pflag would understand, rewritten so that every flag is one `--name=value`. */
import { Result } from "effect"
import { closestMatch } from "leven"
import * as Setting from "./Setting.ts"

/** As much of a flag as its manners depend on. */
export interface Flag {
  readonly name: string
  readonly letter?: string
  /** Absent for a switch: only behind "=" it takes a value. */
  readonly metavar?: string
}

export interface CommandLine {
  readonly args: ReadonlyArray<string>
  /** Everything that is none of the known flags and commands, or lacks its value. */
  readonly problems: ReadonlyArray<string>
}

export interface Known {
  readonly flags: ReadonlyArray<Flag>
  /** Switches that are commands, such as --help: only those that are on are found, as effect/cli obeys them in any case. */
  readonly requests: ReadonlyArray<Setting.Setting<boolean>>
  /** By name: the flags that it has besides. */
  readonly commands: ReadonlyMap<string, ReadonlyArray<Flag>>
}

/** Commands come first in what is found, wherever they stood. */
export const normalize = (args: ReadonlyArray<string>, known: Known): CommandLine => {
  const flags = [...known.flags, ...known.requests, ...args.flatMap((argument) => known.commands.get(argument) ?? [])]
  const byName = new Map(flags.map((flag) => [flag.name, flag]))
  const byLetter = new Map(flags.flatMap((flag) => flag.letter === undefined ? [] : [[flag.letter, flag]]))
  const names = [...byName.keys()]
  const rest = [...args]
  const commands: Array<string> = []
  const found: Array<Found> = []
  const problems: Array<string> = []

  const take = (flag: Flag, value: string | undefined) => {
    const taken = value ?? (flag.metavar === undefined ? "true" : rest.shift())
    if (taken === undefined) problems.push(`--${flag.name}: expected ${flag.metavar}, found nothing`)
    else found.push({ name: flag.name, value: taken })
  }

  const unknown = (argument: string) => {
    const [, dashes, name = "", value] = /^(--?)([^=]*)(=.*)?$/s.exec(argument) ?? []
    const meant = near(name, names)
    problems.push(`${dashes}${name}: there is no such flag${meant === undefined ? "" : `; did you mean --${meant}?`}`)
    // What follows may well be its value.
    if (value === undefined && rest[0]?.startsWith("-") === false) rest.shift()
  }

  const long = (argument: string) => {
    const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(argument) ?? []
    const flag = byName.get(name)
    if (flag === undefined) unknown(argument)
    else take(flag, value)
  }

  /** Of letters that stand together, all but the last are switches; what follows a letter that wants a value is its value. */
  const short = (argument: string) => {
    for (let at = 1; at < argument.length; at++) {
      const flag = byLetter.get(argument[at]!)
      const after = argument.slice(at + 1)
      if (flag === undefined) return unknown(argument)
      if (after.startsWith("=")) return take(flag, after.slice(1))
      if (flag.metavar !== undefined) return take(flag, after === "" ? undefined : after)
      take(flag, undefined)
    }
  }

  const word = (argument: string, before: string) => {
    const flag = byName.get(before.slice(2))
    const meant = near(argument, [...known.commands.keys(), ...names])
    if (flag !== undefined && flag.metavar === undefined && Result.isSuccess(truth([argument]))) {
      problems.push(`"${argument}": a switch takes its value behind "=": ${before}=${argument}`)
    } else if (meant === undefined) problems.push(`"${argument}": there is no such command`)
    else {
      const written = known.commands.has(meant) ? meant : `--${meant}`
      problems.push(`"${argument}": there is no such command; did you mean ${written}?`)
    }
  }

  let before = ""
  for (let argument = rest.shift(); argument !== undefined; before = argument, argument = rest.shift()) {
    if (/^--./s.test(argument)) long(argument)
    else if (/^-[^-]/s.test(argument)) short(argument)
    else if (known.commands.has(argument)) commands.push(argument)
    else if (argument !== "") word(argument, before)
  }

  const requests = known.requests.filter(({ name, read }) =>
    // The last occurrence counts.
    Result.getOrElse(read(found.filter((it) => it.name === name).map(({ value }) => value)), (problem) => {
      problems.push(problem)
      return false
    })
  )
  const others = found.filter(({ name }) => known.requests.every((request) => request.name !== name))
  const told = [...requests.map(({ name }) => ({ name, value: "true" })), ...others]
  return { args: [...commands, ...told.map(({ name, value }) => `--${name}=${value}`)], problems }
}

interface Found {
  readonly name: string
  readonly value: string
}

const truth = Setting.boolean("", "").read

/** What was probably meant. */
const near = (word: string, known: ReadonlyArray<string>) =>
  closestMatch(word, known, { maxDistance: Math.floor(word.length / 3) })
