/** What the 43 classes of GTSRB show (Stallkamp et al. 2012, doi:10.1016/j.neunet.2012.02.016), by number. */
export const SIGN_NAMES: readonly string[] = [
  ...[20, 30, 50, 60, 70, 80].map((speed) => `${speed} km/h`),
  ...['end of 80 km/h', '100 km/h', '120 km/h', 'no overtaking', 'no overtaking for lorries'],
  ...[
    'right of way at the next crossing',
    'priority road',
    'give way',
    'stop',
    'no vehicles',
    'no lorries',
    'no entry',
  ],
  ...['danger', 'bend to the left', 'bend to the right', 'double bend', 'uneven road', 'slippery road'],
  ...['road narrows', 'road works', 'traffic lights', 'pedestrians', 'children', 'bicycles', 'ice', 'wild animals'],
  ...['end of limits', 'turn right', 'turn left', 'straight on', 'straight on or right', 'straight on or left'],
  ...['keep right', 'keep left', 'roundabout', 'end of no overtaking', 'end of no overtaking for lorries'],
];
