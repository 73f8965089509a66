"""The OpenAI SDK for Python behind Parapet: pip install openai, then python main.py.

The only two lines that know of Parapet are base_url and api_key. With OPENAI_BASE_URL and OPENAI_API_KEY set, not even
these.
"""

import os

from openai import APIStatusError, OpenAI

client = OpenAI(
    base_url=os.environ.get("PARAPET_URL", "http://127.0.0.1:8787/v1"),
    api_key=os.environ["PARAPET_KEY"],
)
model = os.environ.get("MODEL", "stand-in-1")

stream = client.chat.completions.create(
    model=model,
    messages=[{"role": "user", "content": "What can you do?"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()

# Whatever is refused comes as the SDK's own error, with a request id that the console knows.
try:
    client.chat.completions.create(model="no-such-model", messages=[{"role": "user", "content": "Hello"}])
except APIStatusError as error:
    print(error.status_code, error.code, error.message, error.request_id)
