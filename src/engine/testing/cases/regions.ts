import { float } from '../../graph/attributes.ts';
import { constant, numbers, real, whole, type OperatorCase } from '../operator-case.ts';

const picture = real([2, 4, 5, 6], -1.2, 1.3);
const rois = constant(numbers([0.3, 0.7, 4.2, 3.9, 1.1, 0.2, 5.6, 4.4, -1.5, -2.5, 2.4, 3.3], [3, 4]));
const batchOf = whole([0, 1, 1]);

export const REGION_CASES: readonly OperatorCase[] = [
  {
    op: 'DeformConv',
    says: 'with mask and bias',
    attributes: { pads: [1, 1, 1, 1] },
    inputs: [
      real([2, 2, 4, 5], -1.2, 1.3),
      real([3, 2, 3, 3]),
      real([2, 18, 4, 5], -1.3, 1.37),
      real([3]),
      real([2, 9, 4, 5], 0.1, 0.9),
    ],
    parameters: [1, 3],
  },
  {
    op: 'DeformConv',
    says: 'groups, strides, dilations',
    attributes: { group: 2, offset_group: 2, strides: [2, 1], dilations: [1, 2], pads: [0, 1, 1, 0] },
    inputs: [picture, real([4, 2, 2, 2]), real([2, 16, 3, 5], -0.9, 0.93)],
    parameters: [1],
  },
  {
    op: 'RoiAlign',
    says: 'half pixels',
    attributes: { output_height: 2, output_width: 3, sampling_ratio: 2, spatial_scale: float(0.5) },
    inputs: [picture, rois, batchOf],
  },
  {
    op: 'RoiAlign',
    says: 'by the regions, as older exporters count',
    attributes: {
      output_height: 2,
      output_width: 2,
      sampling_ratio: 3,
      spatial_scale: float(1),
      coordinate_transformation_mode: 'output_half_pixel',
    },
    inputs: [picture, real([2, 4], 0.1, 4.9), whole([1, 0])],
  },
];
