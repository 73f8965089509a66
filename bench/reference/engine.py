"""The network of bench/engine.ts (small-cnn, 545,098 weights) in PyTorch, batch 128: processor and wall milliseconds, medians. By hand:

    python3 bench/reference/engine.py THREADS
"""
import torch,time,sys,statistics as st
torch.set_num_threads(int(sys.argv[1])); torch.manual_seed(0)
import torch.nn as nn, torch.nn.functional as F
net=nn.Sequential(nn.Conv2d(3,32,3,padding=1),nn.ReLU(),nn.MaxPool2d(2),nn.Conv2d(32,64,3,padding=1),nn.ReLU(),nn.MaxPool2d(2),nn.Flatten(),nn.Linear(4096,128),nn.ReLU(),nn.Linear(128,10))
x=torch.rand(128,3,32,32); y=torch.arange(128)%10
opt=torch.optim.AdamW(net.parameters())
def fwd():
    with torch.no_grad(): net(x)
def igrad():
    z=x.clone().requires_grad_(True); torch.autograd.grad(F.cross_entropy(net(z),y),z)
def step():
    opt.zero_grad(); F.cross_entropy(net(x),y).backward(); opt.step()
def pgd():
    z=x.clone()
    for _ in range(40):
        z.requires_grad_(True); g,=torch.autograd.grad(F.cross_entropy(net(z),y),z)
        z=torch.min(torch.max(z.detach()+2/255*g.sign(),x-8/255),x+8/255).clamp(0,1)
for n,f,r in (('forward',fwd,21),('input gradient',igrad,21),('training step',step,21),('pgd40',pgd,3)):
    f(); f(); c=[]; w=[]
    for _ in range(r):
        a=time.process_time(); b=time.perf_counter(); f(); c.append(time.process_time()-a); w.append(time.perf_counter()-b)
    print(torch.__version__,sys.argv[1],'threads',n.ljust(16),'cpu',round(1000*st.median(c),1),'ms  wall',round(1000*st.median(w),1),'ms', flush=True)
