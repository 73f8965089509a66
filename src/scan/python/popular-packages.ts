import { isOneSlip } from '../one-slip.ts';

/** Packages that are installed beside models, and are imitated for that reason. */
const POPULAR = `
torch torchvision torchaudio tensorflow keras numpy scipy pandas scikit-learn matplotlib requests transformers tokenizers datasets accelerate
diffusers safetensors huggingface-hub sentencepiece sentence-transformers langchain openai anthropic llama-index xgboost lightgbm catboost onnx onnxruntime
joblib dill cloudpickle pyyaml jinja2 flask fastapi uvicorn django sqlalchemy boto3 botocore urllib3 certifi cryptography setuptools wheel pillow opencv-python
pytest protobuf grpcio pydantic aiohttp httpx tqdm click rich typer beautifulsoup4 lxml selenium colorama python-dateutil pytz six attrs idna charset-normalizer
nltk spacy gensim mlflow wandb ray dask gradio streamlit jupyter notebook ipython numba cython peft bitsandbytes deepspeed vllm timm einops evaluate
`
  .trim()
  .split(/\s+/);

/** Real packages that resemble a popular one. */
const REAL: ReadonlySet<string> = new Set(
  'scapy toch pytest-xdist keras2 kera jinja panda sixer attr requests-oauthlib torchx onnx2 rays pyaml'.split(' '),
);

/**
 * The popular package that a name imitates: one insertion, deletion, substitution or swap away, or with the separators moved; null where it is the package
 * itself or nothing like one.
 */
export function nearestPackage(name: string): string | null {
  const given = name.toLowerCase().replace(/[-_.]+/g, '-');
  if (POPULAR.includes(given) || REAL.has(given) || given.length < 4) return null;
  for (const known of POPULAR) {
    if (known.length < 5) continue;
    if (given.replaceAll('-', '') === known.replaceAll('-', '') || isOneSlip(given, known)) return known;
  }
  return null;
}
