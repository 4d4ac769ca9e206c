import { z } from 'zod';

/**
 * The parts of FHIR that are read, as R4, STU3 and DSTU2 write them (a family name is a list in DSTU2, a status a word before
 * R4). Everything else stays in the object and is told as having no place.
 */
const words = z.union([z.string(), z.array(z.string())]);
const coding = z.looseObject({ system: z.string().optional(), code: z.string().optional(), display: z.string().optional() });
const concept = z.looseObject({ coding: z.array(coding).optional(), text: z.string().optional() });
/** A CodeableConcept since R4, a plain code before. */
const codeOrConcept = z.union([z.string(), concept]);
const reference = z.looseObject({ reference: z.string().optional() });
const humanName = z.looseObject({
  use: z.string().optional(),
  text: z.string().optional(),
  family: words.optional(),
  given: z.array(z.string()).optional(),
});
const contactPoint = z.looseObject({ system: z.string().optional(), value: z.string().optional(), use: z.string().optional() });
const address = z.looseObject({
  text: z.string().optional(),
  line: z.array(z.string()).optional(),
  city: z.string().optional(),
  district: z.string().optional(),
  state: z.string().optional(),
  country: z.string().optional(),
  postalCode: z.string().optional(),
});

export const patientShape = z.looseObject({
  resourceType: z.literal('Patient'),
  id: z.string().optional(),
  identifier: z
    .array(z.looseObject({ type: concept.optional(), value: z.string().optional(), system: z.string().optional() }))
    .optional(),
  name: z.array(humanName).optional(),
  telecom: z.array(contactPoint).optional(),
  gender: z.string().optional(),
  birthDate: z.string().optional(),
  address: z.array(address).optional(),
  maritalStatus: concept.optional(),
  contact: z
    .array(
      z.looseObject({
        relationship: z.array(concept).optional(),
        name: humanName.optional(),
        telecom: z.array(contactPoint).optional(),
      }),
    )
    .optional(),
});

export const allergyShape = z.looseObject({
  resourceType: z.literal('AllergyIntolerance'),
  id: z.string().optional(),
  patient: reference.optional(),
  code: concept.optional(),
  /** DSTU2's name of `code`. */
  substance: concept.optional(),
  status: z.string().optional(),
  clinicalStatus: codeOrConcept.optional(),
  verificationStatus: codeOrConcept.optional(),
  category: words.optional(),
  reaction: z.array(z.looseObject({ manifestation: z.array(concept).optional(), severity: z.string().optional() })).optional(),
});

const resource = z.looseObject({ resourceType: z.string() });
export const bundleShape = z.looseObject({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.looseObject({ fullUrl: z.string().optional(), resource: resource.optional() })).optional(),
});
export const anyResource = resource;

export type FhirPatient = z.infer<typeof patientShape>;
export type FhirAllergy = z.infer<typeof allergyShape>;
export type Concept = z.infer<typeof concept>;
export type HumanName = z.infer<typeof humanName>;
