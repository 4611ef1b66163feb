#!/usr/bin/env python3
"""Writes Tests/Vectors/chat-templates.json: chat templates rendered by Jinja itself (package jinja2), set up as transformers does.

Usage: chat_template_vectors.py REPOSITORY
"""
import json
import sys
from pathlib import Path

from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = {
    "smollm2": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
    "mistral": "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
    "llama2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    "white-space": "  {# a comment #}\n  {%- for message in messages -%}\n    {{- message.role }}:\t{{ message.content -}}  \n  {% if not loop.last %}\n,\n  {%- endif +%}\n {%+ if loop.first %}first{% endif %}\n\n {% endfor %} \n end {{ messages | length }} \n\n",
    "operators": "{{ 7 % 3 }}{{ -7 % 3 }} {{ 1 + 2 - 4 }} {{ 'a' ~ 1 ~ none ~ true }} {{ 'x' in 'axb' }} {{ 'q' not in 'axb' }} {{ messages[-1].role if messages[-1].role is defined else 'none' }} {{ tools is not defined }} {{ tools is none }} {{ 'a' is string }} {{ not 1 > 2 and (3 <= 3 or missing.x) }} {{ messages[5].role if messages | length > 5 }}|{{ missing }}|{{ '' or 'fallback' }} {{ messages[:1][0]['role'] }} {{ \"it's\" }} {{ 'tab\\t\\'q\\'' }} {{ 'a' < 'b' if false else 2 < 3 }}",
    "scopes": "{% set x = 'outer' %}{% for m in messages %}{{ x }}{% set x = m.role %}{{ x }}{{ loop.index }}/{{ loop.length }}{% if loop.last %}{% for n in messages %}({{ loop.index0 }}{{ m.role }}{{ n.role }}){% endfor %}{% endif %}{% endfor %}{{ x }}",
}

CONVERSATIONS = [
    [],
    [("user", "Hello!")],
    [("system", "Be brief."), ("user", "  What is 2+2?\n"), ("assistant", "4"), ("user", "Thanks ❤️")],
    [("user", "one"), ("assistant", " two "), ("user", "three")],
    [("assistant", "I begin."), ("tool", "x")],
]


class Raised(Exception):
    pass


def raise_exception(message):
    raise Raised(message)


def rendered(template, messages, add):
    try:
        return {"prompt": template.render(messages=messages, add_generation_prompt=add, bos_token="<s>", eos_token="</s>")}
    except Raised as raised:
        return {"raised": str(raised)}
    except Exception:
        return {}


def main() -> None:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = raise_exception
    vectors = []
    for name, source in TEMPLATES.items():
        template = environment.from_string(source)
        for conversation in CONVERSATIONS:
            messages = [{"role": role, "content": content} for role, content in conversation]
            for add in [False, True]:
                vectors.append({"template": name, "messages": messages, "add": add, **rendered(template, messages, add)})
    path = Path(sys.argv[1]) / "Tests/Vectors/chat-templates.json"
    path.write_text(json.dumps({"templates": TEMPLATES, "vectors": vectors}, indent=1) + "\n")


if __name__ == "__main__":
    main()
