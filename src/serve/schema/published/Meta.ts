/** Published types of meta/v1 that every object and list refers to, and those of its values. */
import { Schema } from "effect"
import { atomic, Int64, named, optional, required, Text, TextMap, Texts } from "./Type.ts"

const name = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`

export const Time = named(name("Time"), Schema.String, {
  description: "A moment, in RFC 3339, such as 2026-11-23T06:32:20Z.",
  format: "date-time"
})

export const Duration = named(name("Duration"), Schema.String, {
  description: "A length of time, as Go writes it: 15.003s, 1m0s."
})

export const Quantity = named(
  "io.k8s.apimachinery.pkg.api.resource.Quantity",
  Schema.Union([Schema.String, Schema.Finite], { mode: "oneOf" }),
  {
    description: "An amount, with a suffix for its magnitude: 250m is a quarter, 12Mi are 12 times 1024 times 1024. "
      + "CPU is counted in cores, memory and swap in bytes."
  }
)

const FieldsV1 = named(name("FieldsV1"), Schema.Struct({}), {
  description: "A set of fields: keys are f: and the name of a field, values the set of fields within."
})

const ManagedFieldsEntry = named(
  name("ManagedFieldsEntry"),
  Schema.Struct({
    apiVersion: optional(Text, "Version of the type whose fields these are."),
    fieldsType: optional(Text, "How the fields are written: FieldsV1, the only way there is."),
    fieldsV1: optional(FieldsV1, "The fields."),
    manager: optional(Text, "Who set them: a program or a controller."),
    operation: optional(Text, "How they were set: Apply or Update."),
    subresource: optional(Text, "Through which subresource; empty for the object itself."),
    time: optional(Time, "When this entry was last changed.")
  }),
  { description: "Which fields of an object somebody set." }
)

const OwnerReference = named(
  name("OwnerReference"),
  Schema.Struct({
    apiVersion: required(Text, "Group and version of the owner."),
    blockOwnerDeletion: optional(
      Schema.Boolean,
      "The owner stays, in a foreground deletion, until this object is gone."
    ),
    controller: optional(Schema.Boolean, "The owner is the one that manages this object."),
    kind: required(Text, "Kind of the owner."),
    name: required(Text, "Name of the owner."),
    uid: required(Text, "UID of the owner.")
  }),
  { description: "Another object that this one goes away with.", "x-kubernetes-map-type": "atomic" }
)

export const ObjectMeta = named(
  name("ObjectMeta"),
  Schema.Struct({
    annotations: optional(TextMap, "Notes of tools about the object. Metrics carry none."),
    creationTimestamp: optional(Time, "For metrics the moment of the answer: they are made when they are asked for."),
    deletionGracePeriodSeconds: optional(Int64, "How long a deletion waits. Metrics are not deleted."),
    deletionTimestamp: optional(Time, "When a deletion becomes due. Metrics are not deleted."),
    finalizers: optional(Texts, "What has to happen before a deletion. Metrics have none.", {
      "x-kubernetes-list-type": "set",
      "x-kubernetes-patch-strategy": "merge"
    }),
    generateName: optional(Text, "Beginning of a name that the server completes. Metrics are not created."),
    generation: optional(Int64, "Number of the wanted state. Metrics have none."),
    labels: optional(TextMap, "The labels of the node or pod; select by them with -l."),
    managedFields: optional(Schema.Array(ManagedFieldsEntry), "Who set which field. Nobody sets metrics.", atomic),
    name: optional(Text, "Name of the node or pod."),
    namespace: optional(Text, "Namespace of the pod; nodes have none."),
    ownerReferences: optional(Schema.Array(OwnerReference), "What the object goes away with. For metrics not said.", {
      "x-kubernetes-list-map-keys": ["uid"],
      "x-kubernetes-list-type": "map",
      "x-kubernetes-patch-merge-key": "uid",
      "x-kubernetes-patch-strategy": "merge"
    }),
    resourceVersion: optional(Text, "Version to resume a watch from. Metrics cannot be watched."),
    selfLink: optional(Text, "Path of the object. No longer said."),
    uid: optional(Text, "Identity of the object across names. Metrics have none.")
  }),
  { description: "Which object it is: its name, and how it is labelled." }
)

const ShardInfo = named(
  name("ShardInfo"),
  Schema.Struct({ selector: required(Text, "The selector that was asked with.") }),
  { description: "Which part of a list this is." }
)

export const ListMeta = named(
  name("ListMeta"),
  Schema.Struct({
    continue: optional(Text, "Where the next page begins. Lists of metrics are whole: empty."),
    remainingItemCount: optional(Int64, "How many objects are on later pages."),
    resourceVersion: optional(Text, "Version of the list, to watch from. Metrics cannot be watched: empty."),
    selfLink: optional(Text, "Path of the list. No longer said."),
    shardInfo: optional(ShardInfo, "Present where only a part of the list was asked for.")
  }),
  { description: "Where in a larger list this one stands." }
)
