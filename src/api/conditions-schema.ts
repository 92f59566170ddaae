import { integer, type JsonSchema, list, object, oneOf, text } from './json-schema.ts';

/**
 * Schema of `status.conditions`. @see Kubernetes API conventions "Typical status properties"
 *
 * @param types the types of the conditions, for people
 */
export function conditionsSchema(types: string): JsonSchema {
  return list(
    object(
      {
        type: text({ description: types }),
        status: oneOf(['True', 'False', 'Unknown'], { description: 'Whether it is so' }),
        reason: text({ description: 'Why, one word' }),
        message: text({ description: 'Why, for people' }),
        observedGeneration: integer({ description: 'Generation of the object this is about', format: 'int64' }),
        lastTransitionTime: text({ description: 'Since when', format: 'date-time' }),
      },
      { required: ['type', 'status'] },
    ),
    {
      description: 'What is known about the object',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
  );
}
