/* For the programs that look at a trace: by Python's own json, attached. */
#ifndef PYFERRY_TEST_TRACE_H
#define PYFERRY_TEST_TRACE_H

#include "py.h"

/* In the working directory, which is the case's own. */
#define TRACE_FILE "trace.json"

/* `load(path)` gives the slices of a trace, each with thread, kind, interpreter, label, begin, end and what it is `within`; and keeps the
   other events in `others`. That each begin has its end, in time, is checked here. A file that is cut off gets what it lacks. */
static const char *const trace_reader =
    "import json\n"
    "names, others, interpreters = {}, [], {}\n"
    "class Slice:\n"
    "    def __repr__(self): return str(self.__dict__)\n"
    "def load(path, whole=True):\n"
    "    names.clear(); others.clear(); interpreters.clear()\n"
    "    with open(path, encoding='utf-8') as file: text = file.read()\n"
    "    if not whole: text = text[:text.rindex('\\n')].rstrip(',') + ']'\n"
    "    slices, open_, last = [], {}, {}\n"
    "    for event in json.loads(text):\n"
    "        thread = event['tid']\n"
    "        if event['ph'] == 'M':\n"
    "            if event['name'] == 'thread_name': names[thread] = event['args']['name']\n"
    "            elif event['name'] == 'pyferry_interpreter': interpreters[event['args']['interpreter']] = event['args']['name']\n"
    "            else: others.append(event)\n"
    "            continue\n"
    "        assert event['ts'] >= last.get(thread, 0), ('back in time', event)\n"
    "        last[thread] = event['ts']\n"
    "        stack = open_.setdefault(thread, [])\n"
    "        if event['ph'] == 'B':\n"
    "            slice = Slice()\n"
    "            slice.thread, slice.kind, slice.begin = names[thread], event['cat'], event['ts']\n"
    "            slice.interpreter, slice.label = event['args']['interpreter'], event['args'].get('label')\n"
    "            slice.name, slice.end = event['name'], None\n"
    "            slice.within = [(each.kind, each.interpreter) for each in stack]\n"
    "            stack.append(slice); slices.append(slice)\n"
    "        elif event['ph'] == 'E': stack.pop().end = event['ts']\n"
    "        else: others.append(event)\n"
    "    if whole:\n"
    "        assert not any(open_.values()), ('no end', open_)\n"
    "        assert text.endswith('\\n]\\n') and others[-1]['name'] == 'pyferry_end', text[-200:]\n"
    "    return slices\n"
    "own = lambda label: (label or '').startswith('pyferry: ')\n" /* a thread deletes what others have left, say */
    "def of(slices, thread):\n"
    "    return [each for each in slices if each.thread == thread and not own(each.label)]\n"
    "def shape(slices, thread):\n"
    "    return [(len(each.within), each.kind, each.interpreter, each.label) for each in of(slices, thread)]\n";

/* Source that follows has the reader's functions. */
static inline void check_trace(const pyferry_view *view, const char *source)
{
    pyferry_token token = attach(view);
    run(trace_reader);
    run(source);
    detach(token);
}

#endif
