/** Command lines as pflag would read them. */
import { assert, describe, it } from "@effect/vitest"
import { normalize } from "../src/GoFlags.ts"

const flags = [
  { name: "kubeconfig", metavar: "FILE" },
  { name: "node-selector", letter: "l", metavar: "SELECTOR" },
  { name: "v", letter: "v", metavar: "NUMBER" },
  { name: "kubelet-insecure-tls" },
  { name: "help", letter: "h" }
]

const commands = new Map([["doctor", [{ name: "output", letter: "o", metavar: "WORD" }]]])

const read = (...args: ReadonlyArray<string>) => normalize(args, { flags, commands })

describe("a command line", () => {
  it.each([
    [["--kubeconfig=a=b"], ["--kubeconfig=a=b"]],
    [["--kubeconfig", "a"], ["--kubeconfig=a"]],
    [["--kubeconfig", "-"], ["--kubeconfig=-"]],
    [["--kubeconfig", "--kubelet-insecure-tls"], ["--kubeconfig=--kubelet-insecure-tls"]],
    [["--kubeconfig="], ["--kubeconfig="]],
    [["--kubelet-insecure-tls", "--v=2"], ["--kubelet-insecure-tls=true", "--v=2"]],
    [["--kubelet-insecure-tls=f"], ["--kubelet-insecure-tls=f"]],
    [["-v2"], ["--v=2"]],
    [["-v=2"], ["--v=2"]],
    [["-v", "2"], ["--v=2"]],
    [["--v", "2"], ["--v=2"]],
    [["-lpool=a,b"], ["--node-selector=pool=a,b"]],
    [["-hv", "2"], ["--help=true", "--v=2"]],
    [["-v", "1", "-v", "2"], ["--v=1", "--v=2"]],
    [["doctor", "--v=1"], ["doctor", "--v=1"]],
    [["--v=1", "doctor", "-o", "json"], ["doctor", "--v=1", "--output=json"]],
    [["", "--v=1"], ["--v=1"]]
  ])("%j is %j", (args, expected) => {
    assert.deepStrictEqual(read(...args), { args: expected, problems: [] })
  })

  it("names everything that is no flag, and what was probably meant", () => {
    assert.deepStrictEqual(read("--kubeconf=a", "--unlike-anything", "its-value", "--v=1", "-x", "-kubeconfig=a"), {
      args: ["--v=1"],
      problems: [
        "--kubeconf: there is no such flag; did you mean --kubeconfig?",
        "--unlike-anything: there is no such flag",
        "-x: there is no such flag",
        "-kubeconfig: there is no such flag; did you mean --kubeconfig?"
      ]
    })
  })

  it("knows the flags of a command behind that command only", () => {
    assert.deepStrictEqual(read("--output=json"), {
      args: [],
      problems: ["--output: there is no such flag"]
    })
  })

  it("does not take a word behind a switch for its value, as Go does not, and says so", () => {
    assert.deepStrictEqual(read("--kubelet-insecure-tls", "false"), {
      args: ["--kubelet-insecure-tls=true"],
      problems: ["\"false\": expected flags alone, and their values behind \"=\""]
    })
  })

  it("names a flag that lacks its value", () => {
    assert.deepStrictEqual(read("-v"), { args: [], problems: ["--v: expected NUMBER, found nothing"] })
  })
})
