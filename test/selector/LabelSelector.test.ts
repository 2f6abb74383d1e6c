import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as LabelSelector from "../../src/selector/LabelSelector.ts"
import * as LabelSelectorParser from "../../src/selector/LabelSelectorParser.ts"

const selects = (text: string, labels: Record<string, string>) =>
  LabelSelector.matches(Result.getOrThrow(LabelSelectorParser.parse(text)), labels)

const failure = (text: string) =>
  Result.match(LabelSelectorParser.parse(text), {
    onSuccess: (selector) => assert.fail(`${text} was read as ${JSON.stringify(selector)}`),
    onFailure: (message) => message
  })

describe("label selectors", () => {
  const web = { app: "web", tier: "front", size: "10", "example.com/zone": "eu", empty: "" }

  it.each([
    ["", true],
    ["app", true],
    ["!app", false],
    ["canary", false],
    ["!canary", true],
    ["app=web", true],
    ["app==web", true],
    ["app = web", true],
    ["app=db", false],
    ["app!=web", false],
    ["app!=db", true],
    ["canary!=yes", true],
    ["empty=", true],
    ["app=", false],
    ["app in (db,web)", true],
    ["app in (db)", false],
    ["app notin (db)", true],
    ["canary notin (yes)", true],
    ["canary in (yes)", false],
    ["empty in ()", true],
    ["empty in (,a)", true],
    ["empty in (a,)", true],
    ["size>9", true],
    ["size>10", false],
    ["size<11", true],
    ["canary<11", false],
    ["app>1", false],
    ["example.com/zone=eu", true],
    ["app=web,tier=front,!canary", true],
    ["app=web,tier=back", false],
    ["in in (in)", false],
    ["app in (in,notin,web)", true],
    ["toString", false]
  ])("%s selects the web server: %s", (text, expected) => {
    assert.strictEqual(selects(text, web), expected)
  })

  it("numbers are compared as 64-bit integers, exactly", () => {
    assert.isTrue(selects("n>9223372036854775806", { n: "9223372036854775807" }))
    assert.isFalse(selects("n>1", { n: "9223372036854775808" }))
    assert.isFalse(selects("n<1", { n: "0x0" }))
  })

  const nameRule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  it.each([
    ["app===", "unable to parse requirement: found '=', expected: identifier"],
    ["!!", "unable to parse requirement: found '!', expected: identifier"],
    [
      "app > x",
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"
    ],
    ["-bad-=x", `unable to parse requirement: <nil>: Invalid value: "-bad-": ${nameRule}`],
    [
      `${"a".repeat(64)}`,
      `unable to parse requirement: <nil>: Invalid value: "${
        "a".repeat(64)
      }": name part must be no more than 63 characters`
    ],
    ["/a", "unable to parse requirement: <nil>: Invalid value: \"/a\": prefix part must be non-empty"],
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a in (b", "unable to parse requirement: found '', expected: ',' or ')'"],
    ["a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ["a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ["a in (b,,)", "unable to parse requirement: found ')', expected: ',', or identifier"],
    ["a,", "found '', expected: identifier after ','"],
    ["a,,b", "found ',', expected: identifier after ','"],
    ["a=b=c", "found '=', expected: ',' or 'end of string'"],
    ["!a=b", "found '=', expected: ',' or 'end of string'"],
    ["=a", "found '=', expected: !, identifier, or 'end of string'"],
    [
      "a=-b",
      "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist " +
      "of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. " +
      "'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    ]
  ])("%s is refused in the kube-apiserver's words", (text, expected) => {
    assert.strictEqual(failure(text), expected)
  })

  it("a set of labels is looked at once for all neighbours that carry it", () => {
    let reads = 0
    const labels = new Proxy({ app: "web" }, {
      getOwnPropertyDescriptor: (target, key) => {
        reads++
        return Reflect.getOwnPropertyDescriptor(target, key)
      }
    })
    const isSelected = LabelSelector.matcher(Result.getOrThrow(LabelSelectorParser.parse("app=web")))
    assert.deepStrictEqual([isSelected(labels), isSelected(labels), isSelected(labels)], [true, true, true])
    assert.strictEqual(reads, 1)
  })

  const key = Schema.Literals(["a", "b", "c.d/e"])
  const value = Schema.Literals(["", "1", "2", "x"])
  const Condition = Schema.Union([
    Schema.Struct({ key, operator: Schema.Literals(["=", "==", "!="]), value }),
    Schema.Struct({ key, operator: Schema.Literals(["in", "notin"]), values: Schema.NonEmptyArray(value) }),
    Schema.Struct({ key, operator: Schema.Literals(["exists", "!"]) }),
    Schema.Struct({ key, operator: Schema.Literals(["<", ">"]), bound: Schema.Literals(["0", "1", "2"]) })
  ])
  type Condition = typeof Condition.Type

  const print = (condition: Condition) => {
    if ("value" in condition) return `${condition.key}${condition.operator}${condition.value}`
    if ("values" in condition) {
      return `${condition.key} ${condition.operator} (${[...new Set(condition.values)].join()})`
    }
    if ("bound" in condition) return `${condition.key}${condition.operator}${condition.bound}`
    return condition.operator === "!" ? `!${condition.key}` : condition.key
  }

  const holds = (condition: Condition, labels: Partial<Record<string, string>>) => {
    const found = labels[condition.key]
    if ("value" in condition) return (found === condition.value) === (condition.operator !== "!=")
    if ("values" in condition) {
      return condition.values.some((it) => it === found) === (condition.operator === "in")
    }
    if ("bound" in condition) {
      if (found === undefined || !/^\d+$/.test(found)) return false
      return condition.operator === "<"
        ? Number(found) < Number(condition.bound)
        : Number(found) > Number(condition.bound)
    }
    return (found === undefined) === (condition.operator === "!")
  }

  it.prop(
    "agree with a naive evaluator",
    { conditions: Schema.Array(Condition), labels: Schema.Record(key, Schema.optionalKey(value)) },
    ({ conditions, labels }) => {
      const present = Object.fromEntries(Object.entries(labels).filter(([, it]) => it !== undefined))
      return selects(conditions.map(print).join(","), present as Record<string, string>)
        === conditions.every((it) => holds(it, present))
    }
  )
})
