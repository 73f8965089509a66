/**
 * Third-party packages any of whose callables can run code, read or write files, or reach the network by design. Standard
 * library modules need no list: what is not known to be harmless there counts as dangerous.
 */
const PACKAGES: ReadonlySet<string> = new Set(
  `
  aiofiles aiohttp anyio apscheduler asyncssh azure beautifulsoup4 bentoml billiard blinker boto boto3 botocore bottle bs4 bz2file celery cffi chainlit chameleon cherrypy
  cherrypy click cloudpickle coverage cupy cython daemon dask datasets debugpy diffusers dill distributed distlib django docker dns eventlet
  evaluate exec_wrappers execnet fabric falcon fastapi fasttext fire flask fsspec gdown gevent git gitdb google gradio greenlet grpc gunicorn h5py hickle httplib2
  httpx huggingface_hub hydra idna_ssl invoke ipykernel IPython ipywidgets jedi jinja2 jnius joblib jsonpickle jupyter jupyter_client jupyter_core keras keyring klepto kombu
  kubernetes langchain langchain_core langchain_community llama_cpp llama_index llvmlite locust loky mako markdown matplotlib mercurial metaflow mlflow mmap_ninja mock mpi4py
  msgpack_numpy multiprocess mypy MySQLdb nbconvert nbformat netmiko nltk notebook numba numexpr nose numpydoc oauthlib omegaconf onnx onnxruntime openai opencv cv2 openpyxl optuna
  pandas papermill paramiko pathos peewee pexpect pikepdf pip pipenv pkg_resources playwright plotly plumbum polars poetry pony pox prefect prompt_toolkit psutil psycopg psycopg2
  ptpython ptyprocess py pyarrow pybind11 pycurl pyct pyximport pydantic pygments pyinotify pyjnius pymongo pymssql pymysql pyodbc pyparsing pypandoc Pyro4 Pyro5 pyspark
  pytest python_on_whales pywin32 win32api win32com win32process pythoncom qtconsole ray redis requests requests_futures rpyc ruamel s3fs salt sanic scapy scp scrapy sdv
  selenium sentence_transformers setuptools sh shellescape shiv six skops smart_open snowflake sounddevice spacy sphinx sqlalchemy starlette
  streamlit stem sympy tables tblib tensorboard tensorflow tensorflow_core tensorflow_hub tf_keras theano aesara pytensor toolz cytoolz tornado torchaudio torchserve tqdm transformers traitlets trio
  twisted typer unittest2 urllib3 uvicorn uvloop virtualenv waitress wandb watchdog watchgod webdriver_manager websocket websockets werkzeug wget wheel xarray xlrd yaml zarr zmq
  zope numpy torch scipy torchvision picklescan fickling modelscan picklemagic pickletools dynaconf esptool pyperclip pyautogui pynput getch sarge delegator envoy pwntools pwn shelljob ansible
  `
    .trim()
    .split(/\s+/),
);

/** Parts of a dotted name that reach into the interpreter, whatever module they begin at. */
const REACHING =
  /(?:^|\.)(?:__(?:globals|builtins|subclasses|getattribute|getattr|setattr|delattr|class|bases|base|mro|dict|code|closure|import|loader|spec|reduce|reduce_ex|init_subclass|call|func|self|wrapped)__|os|_os|sys|_sys|subprocess|_subprocess|posix|nt|builtins|_builtins|importlib|_imp|imp|shutil|socket|ctypes|modules|f_globals|f_builtins|gi_frame|tb_frame|func_globals|im_func)(?:\.|$)/;

/** Names that say what a callable does, in packages that nobody knows. */
const TELLING =
  /^(?:_*)(?:system|popen\d?|exec\w*|eval\w*|spawn\w*|run\w*|call|check_output|check_call|Popen|import_\w+|load\w*|unpickle\w*|loads|open\w*|read_pickle|compile\w*|getattr|attrgetter|methodcaller|partial|reduce|apply|invoke|shell|command|cmd|download\w*|fetch\w*|urlopen|urlretrieve|request|connect|install|build|remove|rmtree|unlink|write\w*|save\w*|resolve\w*|instantiate|from_pretrained|deserialize\w*)$/i;

export function isDangerousPackage(module: string): boolean {
  return PACKAGES.has(module.split('.', 1)[0]!);
}

export function reachesIntoInterpreter(dotted: string): boolean {
  return REACHING.test(dotted);
}

export function hasTellingName(name: string): boolean {
  return TELLING.test(name.slice(name.lastIndexOf('.') + 1));
}
