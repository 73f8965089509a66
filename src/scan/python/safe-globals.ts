/**
 * Names that a pickle may import and apply: types and reconstructors that build plain data and run nothing else, whatever
 * their arguments are. Exact, because a module that holds a harmless name holds others.
 */
const EXACT: Readonly<Record<string, string>> = {
  builtins: `
  bool bytearray bytes complex dict float frozenset int list object range set slice str tuple NotImplemented Ellipsis NoneType
  ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
  BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
  ConnectionResetError DeprecationWarning EOFError EncodingWarning EnvironmentError Exception ExceptionGroup
  FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning
  IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
  ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
  PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning
  RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit
  TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
  UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError`,
  __builtin__: `bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple unicode basestring xrange buffer`,
  _codecs: 'encode',
  codecs: 'encode',
  copyreg: '_reconstructor __newobj__ __newobj_ex__',
  collections: 'OrderedDict defaultdict deque Counter ChainMap UserDict UserList UserString',
  _collections: 'OrderedDict defaultdict deque',
  datetime: 'datetime date time timedelta timezone',
  zoneinfo: 'ZoneInfo._unpickle ZoneInfo',
  decimal: 'Decimal Context',
  _decimal: 'Decimal Context',
  fractions: 'Fraction',
  numbers: 'Number Complex Real Rational Integral',
  uuid: 'UUID SafeUUID',
  ipaddress: 'IPv4Address IPv6Address IPv4Network IPv6Network IPv4Interface IPv6Interface ip_address ip_network',
  pathlib: 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath',
  'pathlib._local': 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath',
  types: 'SimpleNamespace NoneType MappingProxyType',
  array: 'array _array_reconstructor',
  io: 'BytesIO StringIO',
  _io: 'BytesIO StringIO',
  cStringIO: 'StringIO',
  StringIO: 'StringIO',
  struct: 'Struct',
  _struct: 'Struct',
  re: '_compile RegexFlag compile',
  time: 'struct_time',
  _thread: '',
  string: 'Template',
  enum: 'Enum IntEnum Flag IntFlag StrEnum',
  typing: 'Any Optional Union List Dict Tuple Set Callable Type Literal NamedTuple',
  math: 'inf nan pi e sqrt exp log log2 log10 sin cos tan tanh floor ceil fabs',
  'os.path': '',
  random: 'Random',
  _random: 'Random',
  hashlib: '',
  'email.message': 'Message EmailMessage',
  'email._policybase': 'Compat32',
  'xml.etree.ElementTree': 'Element ElementTree',
  statistics: 'NormalDist',
  operator: 'itemgetter',
  'urllib.parse': 'ParseResult SplitResult ParseResultBytes',
  'http.cookies': '',
  numpy: `ndarray dtype matrix recarray record generic bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 float128 longdouble
  complex64 complex128 complex256 clongdouble str_ bytes_ void object_ datetime64 timedelta64 unicode_ string_ intp uintp intc uintc half single double longlong ulonglong ufunc _typeDict`,
  'numpy.core.multiarray': '_reconstruct scalar ndarray dtype',
  'numpy._core.multiarray': '_reconstruct scalar ndarray dtype',
  'numpy.core.numeric': '_frombuffer',
  'numpy._core.numeric': '_frombuffer',
  'numpy.core._internal': '_reconstruct _convert_to_stringdtype_kwargs',
  'numpy._core._internal': '_convert_to_stringdtype_kwargs',
  'numpy.core': '_ufunc_reconstruct _DType_reconstruct',
  'numpy._core': '_ufunc_reconstruct _DType_reconstruct',
  'numpy.core.umath': '_ufunc_reconstruct',
  'numpy._core._ufunc_reconstruct': '',
  'numpy.matrixlib.defmatrix': 'matrix',
  'numpy.ma.core': '_mareconstruct MaskedArray',
  'numpy.ma': 'MaskedArray',
  'numpy.rec': 'recarray record',
  'numpy.core.records': 'recarray record',
  'numpy.dtypes': `BoolDType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType Float16DType Float32DType
  Float64DType Complex64DType Complex128DType StrDType BytesDType ObjectDType VoidDType DateTime64DType TimeDelta64DType StringDType`,
  'numpy.random._pickle': '__randomstate_ctor __generator_ctor __bit_generator_ctor',
  'numpy.random': '__RandomState_ctor RandomState',
  'numpy.random.mtrand': 'RandomState',
  'numpy.random._mt19937': 'MT19937',
  'numpy.random._pcg64': 'PCG64 PCG64DXSM',
  'numpy.random._philox': 'Philox',
  'numpy.random._sfc64': 'SFC64',
  'numpy.random._generator': 'Generator',
  'numpy.random.bit_generator': 'SeedSequence __pyx_unpickle_SeedSequence',
  'numpy.polynomial.polynomial': 'Polynomial',
  'joblib.numpy_pickle': 'NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper',
  'sklearn.externals.joblib.numpy_pickle': 'NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper',
  'torch._utils': `_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor
  _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_device_tensor_from_numpy
  _rebuild_device_tensor_from_cpu_tensor _rebuild_wrapper_subclass _rebuild_xla_tensor`,
  // What TorchScript writes of its lists and tensors: functions that return what they are given.
  'torch.jit._pickle':
    'build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag',
  'torch._tensor': '_rebuild_from_type_v2 Tensor',
  torch: `Tensor Size device dtype layout memory_format qscheme storage FloatStorage DoubleStorage HalfStorage BFloat16Storage IntStorage LongStorage ShortStorage
  CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage
  UntypedStorage Generator float32 float64 float16 bfloat16 float double half int8 int16 int32 int64 int short long uint8 uint16 uint32 uint64 bool complex64 complex128
  quint8 qint8 qint32 quint4x2 quint2x4 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz strided sparse_coo sparse_csr
  contiguous_format channels_last preserve_format per_tensor_affine per_channel_affine`,
  'torch.cuda': `FloatTensor DoubleTensor HalfTensor IntTensor LongTensor ByteTensor FloatStorage DoubleStorage HalfStorage LongStorage IntStorage ByteStorage BoolStorage BFloat16Storage`,
  'torch.storage': 'UntypedStorage TypedStorage _TypedStorage _UntypedStorage',
  'torch.serialization': '_get_layout',
  'torch.nn.parameter': 'Parameter Buffer UninitializedParameter UninitializedBuffer',
  'torch.nn': 'Parameter',
  'torch.distributed.tensor': 'DTensor',
  'torch._C._nn': 'gelu',
  'torch.backends.cuda': '',
  'pandas.core.frame': 'DataFrame',
  'pandas.core.series': 'Series TimeSeries',
  'pandas.core.internals.managers': 'BlockManager SingleBlockManager',
  'pandas.core.internals': 'BlockManager SingleBlockManager',
  'pandas._libs.internals': '_unpickle_block BlockManager BlockPlacement',
  'pandas.core.internals.blocks': 'new_block Block',
  'pandas.core.indexes.base': '_new_Index Index',
  'pandas.core.indexes.range': 'RangeIndex',
  'pandas.core.indexes.numeric': 'Int64Index Float64Index UInt64Index',
  'pandas.core.indexes.multi': 'MultiIndex',
  'pandas.core.indexes.datetimes': '_new_DatetimeIndex DatetimeIndex',
  'pandas.core.indexes.timedeltas': 'TimedeltaIndex',
  'pandas.core.indexes.category': 'CategoricalIndex',
  'pandas.core.indexes.period': '_new_PeriodIndex PeriodIndex',
  'pandas.core.indexes.frozen': 'FrozenList',
  'pandas.core.arrays.categorical': 'Categorical',
  'pandas.core.arrays.datetimes': 'DatetimeArray',
  'pandas.core.arrays.timedeltas': 'TimedeltaArray',
  'pandas.core.arrays.string_': 'StringArray StringDtype',
  'pandas.core.arrays.integer': 'IntegerArray Int64Dtype Int32Dtype',
  'pandas.core.arrays.boolean': 'BooleanArray BooleanDtype',
  'pandas.core.arrays.numpy_': 'PandasArray NumpyExtensionArray',
  'pandas.core.dtypes.dtypes': 'CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype',
  'pandas._libs.tslibs.timestamps': '_unpickle_timestamp Timestamp',
  'pandas._libs.tslibs.timedeltas': '_timedelta_unpickle Timedelta',
  'pandas._libs.tslibs.offsets': 'Day Hour Minute Second MonthEnd BusinessDay _offset',
  'pandas._libs.arrays': '__pyx_unpickle_NDArrayBacked',
  'pandas._libs.interval': 'Interval',
  pytz: '_UTC _p UTC',
  'dateutil.tz.tz': 'tzutc tzlocal tzoffset',
  'scipy.sparse':
    'csr_matrix csc_matrix coo_matrix bsr_matrix dia_matrix lil_matrix dok_matrix csr_array csc_array coo_array',
  'sklearn.tree._tree': 'Tree DepthFirstTreeBuilder',
  'sklearn.neighbors._kd_tree': 'KDTree newObj KDTree64',
  'sklearn.neighbors._ball_tree': 'BallTree newObj BallTree64',
  'sklearn.neighbors._dist_metrics': 'EuclideanDistance ManhattanDistance newObj',
  'sklearn.metrics._dist_metrics': 'EuclideanDistance64 EuclideanDistance ManhattanDistance64 newObj',
  'sklearn.utils._bunch': 'Bunch',
  'sklearn.utils': 'Bunch',
  'sklearn._loss._loss':
    '__pyx_unpickle_CyHalfBinomialLoss CyHalfBinomialLoss CyHalfSquaredError CyHalfMultinomialLoss',
  'xgboost.core': 'Booster',
  'lightgbm.basic': 'Booster',
  'catboost.core': 'CatBoost CatBoostClassifier CatBoostRegressor CatBoostRanker _CatBoostBase',
  _catboost: '_CatBoost',
  'jax._src.array': '_reconstruct_array',
  'flax.core.frozen_dict': 'FrozenDict',
  tokenizers: 'Tokenizer AddedToken',
  ml_dtypes: 'bfloat16 float8_e4m3fn float8_e5m2',
};

/**
 * Libraries whose classes only hold parameters, by module and form of the name. Classes alone: their functions and
 * modules in lower case are not covered.
 */
const CLASSES: readonly (readonly [module: RegExp, name: RegExp])[] = [
  [/^sklearn(\.[a-z_0-9]+)+$/, /^_?[A-Z][A-Za-z0-9]*$/],
  [/^torch\.nn\.modules\.[a-z_]+$/, /^[A-Z][A-Za-z0-9]*$/],
  [/^torch\.optim\.[a-z_0-9]+$/, /^[A-Z][A-Za-z0-9]*$/],
  [/^torchvision\.models\.[a-z_0-9]+$/, /^[A-Z][A-Za-z0-9]*$/],
  [/^scipy\.sparse\.(_?[a-z]+)$/, /^(csr|csc|coo|bsr|dia|lil|dok)_(matrix|array)$/],
  [/^scipy\.stats\._distn_infrastructure$/, /^rv_(continuous|discrete)_frozen$/],
  [/^scipy\.interpolate\._[a-z]+$/, /^[A-Z][A-Za-z0-9]*$/],
  [/^xgboost\.sklearn$/, /^XGB[A-Za-z]+$/],
  [/^lightgbm\.sklearn$/, /^LGBM[A-Za-z]+$/],
  [/^imblearn(\.[a-z_0-9]+)+$/, /^_?[A-Z][A-Za-z0-9]*$/],
  [/^transformers\.models\.[a-z_0-9]+\.configuration_[a-z_0-9]+$/, /^[A-Z][A-Za-z0-9]*Config$/],
  [/^transformers\.trainer_utils$/, /^(IntervalStrategy|SchedulerType|HubStrategy|SaveStrategy|FSDPOption)$/],
  [/^transformers\.training_args$/, /^(TrainingArguments|OptimizerNames)$/],
];

const SAFE: ReadonlySet<string> = new Set(
  Object.entries(EXACT).flatMap(([module, names]) =>
    names
      .trim()
      .split(/\s+/)
      .filter((name) => name !== '')
      .map((name) => `${module}.${name}`),
  ),
);

/** True where importing and applying this name builds data and does nothing else. */
export function isSafeGlobal(module: string, name: string): boolean {
  return SAFE.has(`${module}.${name}`) || CLASSES.some(([m, n]) => m.test(module) && n.test(name));
}
